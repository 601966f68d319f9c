console.log('world')
